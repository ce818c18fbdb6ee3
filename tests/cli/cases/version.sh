pardon --version
