-- +goose Up
-- The clock of each request that is not closed, in a narrow row: a new calendar moves all of them, and to move one
-- wrote the whole request anew, with its sealed texts, and on PostgreSQL every index of it. While a request is open its
-- clock stands here; inforequest keeps what it was at the request's last step, which is what remains of it once it is closed.
create table inforequest_clock (
  province integer not null, id bigint not null, prefecture bigint not null, county bigint not null, region bigint not null, agency bigint not null, handler bigint,
  state text not null, filed_at bigint not null, received_on text,
  due_on text, reply_by text, next_on text, at_latest boolean not null, provisional boolean not null, calendar text not null,
  primary key (province, id),
  constraint inforequest_clock_open check (state <> 'closed')
);
insert into inforequest_clock (province, id, prefecture, county, region, agency, handler, state, filed_at, received_on, due_on, reply_by, next_on, at_latest, provisional, calendar)
 select province, id, prefecture, county, region, agency, handler, state, filed_at, received_on, due_on, reply_by, next_on, at_latest, provisional, calendar from inforequest where state <> 'closed';
-- The lists of the open go by these; those of the closed by the indexes they had.
drop index inforequest_open_day;
drop index inforequest_open_at_prefecture;
drop index inforequest_open_at_county;
drop index inforequest_open_at_agency;
drop index inforequest_open_with;
create index inforequest_open_day on inforequest_clock ((coalesce(next_on, '9999-12-31')), id, province, prefecture, county, agency, state);
create index inforequest_open_at_prefecture on inforequest_clock (province, prefecture, id);
create index inforequest_open_at_county on inforequest_clock (province, county, id);
create index inforequest_open_at_agency on inforequest_clock (agency, id);
create index inforequest_open_with on inforequest_clock (handler, id) where handler is not null;
