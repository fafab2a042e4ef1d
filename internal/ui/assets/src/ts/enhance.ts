// Placeholder for the public page's enhancements.
