-- +goose Up
-- A new calendar moves the next day of every open request, and writes each index
-- that holds it. So one holds it, with the places, for lists that find many; what
-- is open at one place is few, and put in order when it is asked for.
create index inforequest_open_day on inforequest ((coalesce(next_on, '9999-12-31')), id, province, prefecture, county, agency, state) where state <> 'closed';
create index inforequest_open_at_prefecture on inforequest (province, prefecture, id) where state <> 'closed';
create index inforequest_open_at_county on inforequest (province, county, id) where state <> 'closed';
create index inforequest_open_at_agency on inforequest (agency, id) where state <> 'closed';
create index inforequest_open_with on inforequest (handler, id) where state <> 'closed' and handler is not null;
drop index inforequest_open_next;
drop index inforequest_open_province;
drop index inforequest_open_prefecture;
drop index inforequest_open_county;
drop index inforequest_open_agency;
drop index inforequest_open_handler;
-- Most clocks were only ever set going; these few events are all that others are counted from.
create index inforequest_event_clock on inforequest_event (province, request, id, kind, on_day, ref, n) where kind in ('supplement', 'pay', 'clarify', 'charge', 'extend', 'defer', 'consult', 'consulted');
-- With the province in front, or SQLite walks through the province to find the place.
create index inforequest_closed_at_prefecture on inforequest (province, prefecture, (coalesce(next_on, '9999-12-31')), id) where state = 'closed';
create index inforequest_closed_at_county on inforequest (province, county, (coalesce(next_on, '9999-12-31')), id) where state = 'closed';
drop index inforequest_closed_prefecture;
drop index inforequest_closed_county;
