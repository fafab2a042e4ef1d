-- +goose Up
-- A month of leaders on duty at a line (3.1.5). The approver is not who wrote it.
create table roster (
  province integer not null, id bigint not null, prefecture bigint not null, county bigint not null, region bigint not null, agency bigint not null,
  line bigint not null, month text not null, state text not null default 'draft', author bigint not null, author_for bigint, approver bigint, approver_for bigint, published_at bigint,
  primary key (province, id),
  constraint roster_state check (state in ('draft', 'published')),
  constraint roster_approved check ((state = 'published') = (approver is not null and published_at is not null)),
  constraint roster_persons check (approver is null or approver <> author and approver <> coalesce(author_for, 0) and coalesce(approver_for, -1) <> author and coalesce(approver_for, -1) <> coalesce(author_for, 0))
);
create unique index roster_once on roster (province, line, month);
create index roster_agency on roster (agency, month, id);

-- A slot. phone and deputy_phone are sealed; name and post are public. was: who stood here when it was published.
create table roster_slot (
  province integer not null, id bigint not null, prefecture bigint not null, county bigint not null, region bigint not null, agency bigint not null,
  roster bigint not null, line bigint not null, begins_at bigint not null, ends_at bigint not null, person bigint not null, name text not null, post text not null,
  place text not null, phone bytea, deputy bigint, deputy_phone bytea, published boolean not null default false, state text not null default 'planned',
  was text not null default '', reason text not null default '', changed_at bigint, held boolean not null default false, calls integer not null default 0, note text not null default '', told_at bigint,
  primary key (province, id),
  constraint roster_slot_place check (place in ('desk', 'phone')),
  constraint roster_slot_phone check (place = 'desk' or phone is not null),
  constraint roster_slot_state check (state in ('planned', 'cancelled')),
  constraint roster_slot_time check (begins_at < ends_at),
  constraint roster_slot_deputy check (deputy is null or deputy <> person),
  constraint roster_slot_change check (changed_at is null or reason <> '')
);
create unique index roster_slot_start on roster_slot (province, line, begins_at) where state = 'planned';
create index roster_slot_of on roster_slot (province, roster, begins_at, id);
create index roster_slot_on on roster_slot (province, line, begins_at) where published;
create index roster_slot_person on roster_slot (province, person, begins_at);
create index roster_slot_public on roster_slot (region, begins_at, id) where published;
create index roster_slot_soon on roster_slot (begins_at, id) where published and told_at is null and state = 'planned';

-- A matter a leader took over in a slot.
create table roster_matter (
  province integer not null, slot bigint not null, number text not null,
  primary key (province, slot, number)
);
