-- The next writer records which leases ran out; it must not look through all live ones for that.

create index leases_expiry on leases (boot_id, expires_boot_ms) where ended_at is null;
