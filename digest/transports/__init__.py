"""What carries messages away: a folder of files, SMTP, or memory for tests."""
