"""What moto lacks or gets wrong, service by service. A row in `table` is asked before moto is."""
