//! People from Microsoft Entra ID, through Microsoft Graph.
