-- What a restarted daemon goes on with. Written by the daemon only; each AOR's rows replace its earlier ones.
-- Texts of phones are kept as sent, octets that are no text written \xHH and a backslash doubled.

-- Contacts of own users. expires_at is what peers and this table were promised, not what the phone was granted.
create table bindings (
    aor text collate "C" not null,
    contact text not null,
    call_id text not null,
    cseq bigint not null,
    instance text not null,
    reg_id bigint not null,
    q smallint not null,
    path text not null,
    user_agent text not null,
    terminal text not null,
    transport text not null,
    listener smallint not null,
    remote text not null,
    registered_at timestamptz not null,
    expires_at timestamptz not null
);
create index bindings_aor on bindings (aor);

-- Contacts of other sites' users, admitted in failover. Their records are not here and have no table: a backup keeps
-- them in memory only.
create table guest_leases (
    like bindings,
    home text not null
);
create index guest_leases_aor on guest_leases (aor);

create table licence_pools (
    name text primary key check (name in ('desk', 'dect', 'analogue', 'video', 'soft')),
    capacity bigint not null check (capacity >= 0),
    ends timestamptz
);

create table licence_draws (
    aor text collate "C" primary key,
    pool text not null,
    count bigint not null
);

create table failovers (
    home text not null,
    number numeric(20) not null,
    allowed_at timestamptz not null,
    began_at timestamptz,
    returning_at timestamptz,
    ended_at timestamptz,
    cause text not null,
    first_guest text not null,
    guests numeric(20) not null,
    primary key (home, number)
);

create table site_state (
    only_row boolean primary key default true check (only_row),
    epoch numeric(20) not null
);

create function innkeeper_licences_changed() returns trigger language plpgsql as $$
begin
    perform pg_notify('innkeeper_licences', '');
    return null;
end
$$;
create trigger licences_changed after insert or update or delete or truncate on licence_pools
    for each statement execute function innkeeper_licences_changed();
