-- One row for each call (lib/core/call_record.h). What is older than `keep-calls` goes as new rows come.
create table calls (
    epoch       bigint      not null,  -- of the daemon's life that carried it
    number      bigint      not null,  -- counted in that life
    began_at    timestamptz not null,
    answered_at timestamptz,
    ended_at    timestamptz,           -- null: under way, or its end was never seen
    setup_ms    bigint,                -- until it rang or had its final answer
    caller      text        not null,
    callee      text        not null,
    call_id     text        not null,
    status      smallint    not null,  -- the final answer of its INVITE
    route       text        not null,  -- by which rule it went
    guest_of    text        not null,  -- home of the guest in it; empty: none
    source      text        not null,  -- of an emergency call: where it came from
    primary key (epoch, number)
);

create index calls_by_time on calls (began_at);
create index calls_by_caller on calls (caller, began_at);
create index calls_by_callee on calls (callee, began_at);
