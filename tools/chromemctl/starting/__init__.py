"""What is done before an application starts, so that it does."""
