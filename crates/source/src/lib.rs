//! Locators to snapshots: folders, hub caches, release bundles.
