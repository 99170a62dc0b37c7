"""Questions without options: positions, the answers they come to, and who is counted where."""
