-- What --history tells of a failover; lib/core/history.h says how it is counted.
alter table failovers
    add column evidence text not null default '',
    add column refused numeric(20) not null default 0,
    add column longest_gap_ms numeric(20) not null default 0,
    add column released numeric(20) not null default 0,
    add column stops numeric(20) not null default 0,
    add column relapses numeric(20) not null default 0;

create index failovers_by_time on failovers (allowed_at);
