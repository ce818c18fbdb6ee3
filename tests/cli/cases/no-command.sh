pardon
