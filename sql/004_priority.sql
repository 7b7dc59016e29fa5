-- Who goes first when more phones come than can be admitted at once.
alter table users add column priority text not null default 'normal'
    check (priority in ('normal', 'attendant', 'emergency'));
