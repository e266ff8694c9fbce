"""One loop for each kind of model, and the driver that runs, saves and watches them."""
