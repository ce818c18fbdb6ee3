pardon scna photos
