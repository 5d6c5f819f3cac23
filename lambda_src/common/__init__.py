"""What more than one function needs: reading the environment once, and a clock to inject."""
