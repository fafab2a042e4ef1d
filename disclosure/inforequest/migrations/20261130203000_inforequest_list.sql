-- +goose Up
-- Lists go by the next day; what has none comes last. The open are few among many closed, so each half has its own order.
create index inforequest_open_agency on inforequest (agency, (coalesce(next_on, '9999-12-31')), id) where state <> 'closed';
create index inforequest_open_county on inforequest (county, (coalesce(next_on, '9999-12-31')), id) where state <> 'closed';
create index inforequest_open_prefecture on inforequest (prefecture, (coalesce(next_on, '9999-12-31')), id) where state <> 'closed';
create index inforequest_open_province on inforequest (province, (coalesce(next_on, '9999-12-31')), id) where state <> 'closed';
create index inforequest_open_next on inforequest ((coalesce(next_on, '9999-12-31')), id) where state <> 'closed';
create index inforequest_open_handler on inforequest (handler, (coalesce(next_on, '9999-12-31')), id) where state <> 'closed' and handler is not null;
create index inforequest_closed_agency on inforequest (agency, (coalesce(next_on, '9999-12-31')), id) where state = 'closed';
create index inforequest_closed_county on inforequest (county, (coalesce(next_on, '9999-12-31')), id) where state = 'closed';
create index inforequest_closed_prefecture on inforequest (prefecture, (coalesce(next_on, '9999-12-31')), id) where state = 'closed';
create index inforequest_closed_province on inforequest (province, (coalesce(next_on, '9999-12-31')), id) where state = 'closed';
create index inforequest_closed_next on inforequest ((coalesce(next_on, '9999-12-31')), id) where state = 'closed';
-- Taken over by those above.
drop index inforequest_agency;
drop index inforequest_region;
drop index inforequest_handler;
drop index inforequest_next;
