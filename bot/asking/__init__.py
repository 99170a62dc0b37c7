"""What people type, and the request that it becomes."""
