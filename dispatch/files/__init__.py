"""What people send in with a ticket: photographs, recordings, documents. Every one is suspect until it was written anew."""
