"""Evidence files attached to any subject, served through the rights of what they hang on."""
