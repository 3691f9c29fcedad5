"""What models are told, one file per job; `loader.py` reads them."""
