"""The model reader and writer measured beside a prebuilt agent: `make bench-models`."""
