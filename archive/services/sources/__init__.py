"""The register of sources and what a new form sets going; dossiers of who they are."""
