-- +goose Up
-- A distributed database keeps a uniqueness only within a province; the number begins with the division, so that is enough.
drop index request_number;
create unique index request_number on privacy_request (province, number);
create index request_by_number on privacy_request (number);
