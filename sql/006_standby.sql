-- What a guest's Contact is good for (lib/core/binding.h): a standby carries no service while its home serves.
alter table guest_leases add column role text not null default 'service'
    check (role in ('service', 'standby', 'stand_in'));
