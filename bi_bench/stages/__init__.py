"""What a worker does for each kind of stage: folders in, folder out."""
