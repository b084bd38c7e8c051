"""Real servers of other people, each in a configuration that the test writes, on loopback: `make servers`."""
