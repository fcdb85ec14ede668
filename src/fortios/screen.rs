//! See the module's page.
