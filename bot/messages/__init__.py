"""What people read, in pieces which any chat can lay out."""
