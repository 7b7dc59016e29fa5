-- Hunt groups: one address for several members. A group is told to the backups as a record like a user's
-- (lib/core/hunt_group.h), so that it goes where users go; it has no password and never registers.
create table hunt_groups (
    aor text collate "C" primary key check (aor ~ '^[^@[:cntrl:]]+@[^@[:space:]]+$' and octet_length(aor) <= 255),
    display_name text not null default '' check (octet_length(display_name) <= 256),
    extension text not null default '' check (octet_length(extension) <= 256),
    strategy text not null default 'ring_all'
        check (strategy in ('ring_all', 'sequential', 'rotary', 'longest_idle')),
    ring_for integer not null default 20 check (ring_for between 3 and 170),  -- seconds, where a member has none
    overflow text check (octet_length(overflow) between 1 and 255),  -- user@domain, a number, or 'voicemail'
    -- Windows as '18:00-08:00', of the site's local day; calls of that time go to night_target, written as overflow is.
    night text[] not null default '{}' check (cardinality(night) <= 8
        and array_to_string(night, ' ', '?') ~ '^(([01][0-9]|2[0-3]):[0-5][0-9]-([01][0-9]|2[0-3]):[0-5][0-9]( |$))*$'),
    night_target text check (octet_length(night_target) between 1 and 255),
    enabled boolean not null default true,
    changed_at timestamptz not null default now(),
    check (night = '{}' or night_target is not null)
);

create table hunt_group_members (
    aor text collate "C" not null references hunt_groups on update cascade on delete cascade,
    position integer not null check (position between 1 and 64),  -- gaps are no matter
    target text not null check (octet_length(target) between 1 and 255),  -- user@domain or a number
    ring_for integer check (ring_for between 3 and 170),  -- null: the group's
    primary key (aor, position),
    unique (aor, target)
);

-- A group as its record: what there is to say in the fewest octets, as settings have at most 4096.
create view hunt_group_records as
    select g.aor, g.display_name, g.extension, g.enabled,
        jsonb_build_object('group', jsonb_strip_nulls(jsonb_build_object(
            'strategy', g.strategy,
            'ring_for', g.ring_for,
            'members', coalesce((
                select jsonb_agg(case when m.ring_for is null then to_jsonb(m.target)
                                 else jsonb_build_object('to', m.target, 'ring_for', m.ring_for) end order by m.position)
                from hunt_group_members m where m.aor = g.aor), '[]'),
            'overflow', g.overflow,
            'night', case when g.night <> '{}' then to_jsonb(g.night) end,
            'night_target', g.night_target))) as settings
    from hunt_groups g;

-- What no single row shows is judged when a transaction ends: an address is of a user or of a group, no group is a
-- member of another, and the record can cross to the backups.
create function innkeeper_judge_group() returns trigger language plpgsql as $$
declare
    octets integer;
    inner_group text;
begin
    select octet_length(settings::text) into octets from hunt_group_records where aor = new.aor;
    if octets > 4096 then
        raise exception 'hunt group %: its definition has % octets, more than 4096; name fewer members',
            new.aor, octets;
    end if;
    if exists (select from users where aor = new.aor) then
        raise exception 'hunt group %: a user has this address', new.aor;
    end if;
    select g.aor into inner_group from hunt_group_members m join hunt_groups g
        on g.aor in (m.target, m.target || '@' || split_part(m.aor, '@', 2))
        where m.aor = new.aor or g.aor = new.aor limit 1;
    if found then
        raise exception 'hunt group % is named as a member of a group; only overflow and night_target may be groups',
            inner_group;
    end if;
    return null;
end
$$;
create constraint trigger hunt_groups_judged after insert or update on hunt_groups
    deferrable initially deferred for each row execute function innkeeper_judge_group();
create constraint trigger hunt_group_members_judged after insert or update on hunt_group_members
    deferrable initially deferred for each row execute function innkeeper_judge_group();

create function innkeeper_users_are_no_groups() returns trigger language plpgsql as $$
declare
    taken text;
begin
    select aor into taken from after_rows join hunt_groups using (aor) limit 1;
    if found then
        raise exception 'user %: a hunt group has this address', taken;
    end if;
    return null;
end
$$;
create trigger users_inserted_are_no_groups after insert on users referencing new table as after_rows
    for each statement execute function innkeeper_users_are_no_groups();
create trigger users_updated_are_no_groups after update on users referencing new table as after_rows
    for each statement execute function innkeeper_users_are_no_groups();

-- Running daemons are told on the users' channel: the records that changed are read again, whatever they are.
create trigger hunt_groups_inserted after insert on hunt_groups referencing new table as after_rows
    for each statement execute function innkeeper_users_inserted();
create trigger hunt_groups_deleted after delete on hunt_groups referencing old table as before_rows
    for each statement execute function innkeeper_users_deleted();
create trigger hunt_groups_updated after update on hunt_groups referencing old table as before_rows new table as after_rows
    for each statement execute function innkeeper_users_updated();
create trigger hunt_groups_truncated after truncate on hunt_groups
    for each statement execute function innkeeper_users_truncated();

-- A group has many members: each group is told once.
create function innkeeper_members_changed() returns trigger language plpgsql as $$
begin
    if tg_op = 'INSERT' then
        perform innkeeper_tell_users(array(select distinct aor from after_rows limit 101));
    elsif tg_op = 'DELETE' then
        perform innkeeper_tell_users(array(select distinct aor from before_rows limit 101));
    else
        perform innkeeper_tell_users(array(select aor from after_rows union select aor from before_rows limit 101));
    end if;
    return null;
end
$$;
create trigger hunt_group_members_inserted after insert on hunt_group_members referencing new table as after_rows
    for each statement execute function innkeeper_members_changed();
create trigger hunt_group_members_deleted after delete on hunt_group_members referencing old table as before_rows
    for each statement execute function innkeeper_members_changed();
create trigger hunt_group_members_updated after update on hunt_group_members
    referencing old table as before_rows new table as after_rows
    for each statement execute function innkeeper_members_changed();
create trigger hunt_group_members_truncated after truncate on hunt_group_members
    for each statement execute function innkeeper_users_truncated();
