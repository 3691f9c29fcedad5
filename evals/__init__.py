"""Does it still behave? Goldens, benchmarks and the evaluation door."""
