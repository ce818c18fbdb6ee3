pardon help scan
