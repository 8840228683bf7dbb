"""Running the product on one computer: virtual environment, private servers, demo and tests."""
