-- A guest whose home serves but does not reach it: of a restarted backup it begins no failover.
alter table guest_leases add column stray boolean not null default false;
