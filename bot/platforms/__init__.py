"""The adapters: one folder a platform, all behind the contract in `base`."""
