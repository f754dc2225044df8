"Looking at a run: while it goes on, and when it is over"
