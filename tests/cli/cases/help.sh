pardon help
