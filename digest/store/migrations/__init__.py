"""Migrations, shipped with the package; `digest db upgrade` runs them."""
