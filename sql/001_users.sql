-- The site's own users. There is no column for a clear password: ha1_md5 and ha1_sha256 are H(user:domain:password).
create table users (
    aor text collate "C" primary key check (aor ~ '^[^@[:cntrl:]]+@[^@[:space:]]+$' and octet_length(aor) <= 255),
    -- Longer texts than these could not cross to the backups (lib/core/limits.h).
    display_name text not null default '' check (octet_length(display_name) <= 256),
    extension text not null default '' check (octet_length(extension) <= 256),
    ha1_md5 bytea not null check (octet_length(ha1_md5) = 16),
    ha1_sha256 bytea check (octet_length(ha1_sha256) = 32),
    terminal text not null default 'unknown'
        check (terminal in ('unknown', 'desk', 'dect', 'analogue', 'video', 'soft')),
    settings jsonb not null default '{}'
        check (jsonb_typeof(settings) = 'object' and octet_length(settings::text) <= 4096),
    enabled boolean not null default true,
    changed_at timestamptz not null default now()
);

-- Tells running daemons whose record changed, one notification for each user up to a hundred, else one with an empty
-- payload: "many, read them all". Statement triggers, so that an import of 100,000 users costs two calls.
create function innkeeper_tell_users(changed text[]) returns void language plpgsql as $$
begin
    if cardinality(changed) > 100 then
        perform pg_notify('innkeeper_users', '');
    else
        perform pg_notify('innkeeper_users', aor) from unnest(changed) as aor;
    end if;
end
$$;

create function innkeeper_users_inserted() returns trigger language plpgsql as $$
begin
    perform innkeeper_tell_users(array(select aor from after_rows limit 101));
    return null;
end
$$;

create function innkeeper_users_deleted() returns trigger language plpgsql as $$
begin
    perform innkeeper_tell_users(array(select aor from before_rows limit 101));
    return null;
end
$$;

create function innkeeper_users_updated() returns trigger language plpgsql as $$
begin
    perform innkeeper_tell_users(array(select aor from after_rows union select aor from before_rows limit 101));
    return null;
end
$$;

create function innkeeper_users_truncated() returns trigger language plpgsql as $$
begin
    perform pg_notify('innkeeper_users', '');
    return null;
end
$$;

create trigger users_inserted after insert on users referencing new table as after_rows
    for each statement execute function innkeeper_users_inserted();
create trigger users_deleted after delete on users referencing old table as before_rows
    for each statement execute function innkeeper_users_deleted();
create trigger users_updated after update on users referencing old table as before_rows new table as after_rows
    for each statement execute function innkeeper_users_updated();
create trigger users_truncated after truncate on users
    for each statement execute function innkeeper_users_truncated();
