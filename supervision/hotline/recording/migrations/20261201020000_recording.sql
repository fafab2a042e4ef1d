-- +goose Up
-- What was said on a line, sealed. The sound lies in the store of files (hash); place is 'spool' while it is still with the process that wrote it.
-- key: the file's key, sealed. absent: why there is no sound (caller, fault). A sealed line has no row: it is never recorded.
create table recording (
  province integer not null, id bigint not null, prefecture bigint not null, county bigint not null, region bigint not null, agency bigint not null,
  call bigint not null, line bigint not null, seat bigint, person bigint, started_at bigint not null, day text not null,
  file text not null, hash text not null default '', key bytea, place text not null, node text not null default '',
  seconds integer not null default 0, gaps integer not null default 0, complete boolean not null default true, absent text not null default '', destroyed_at bigint,
  primary key (province, id),
  constraint recording_place check (place in ('spool', 'kept', 'none')),
  constraint recording_absent check (absent in ('', 'caller', 'fault')),
  constraint recording_sound check ((place = 'none') = (absent <> '' or destroyed_at is not null)),
  constraint recording_destroyed check (destroyed_at is null or key is null)
);
create unique index recording_file on recording (province, file);
create index recording_agency on recording (agency, started_at desc, id desc);
create index recording_region on recording (region, started_at desc, id desc);
create index recording_person on recording (person, started_at desc, id desc);
create index recording_call on recording (province, call, id);
create index recording_keep on recording (started_at, id) where destroyed_at is null and absent = '';

-- Who listened: written before the first byte goes out. reason is what he gave.
create table recording_access (
  province integer not null, id bigint not null, recording bigint not null, person bigint not null, at bigint not null, until bigint not null, reason text not null, remote text not null default '',
  primary key (province, id)
);
create index recording_access_of on recording_access (province, recording, id);
