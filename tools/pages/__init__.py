"""What a browser shows: pages of one file each that ask nobody for anything."""
