//! People from Google Workspace.
