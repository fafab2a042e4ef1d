-- +goose Up
-- Every list below a division names its province: a distributed database asks one shard, and no planner has to choose between two columns.
drop index item_prefecture;
drop index item_county;
drop index item_region;
create index item_prefecture on item (province, prefecture, published_at, id) where state = 'published';
create index item_county on item (province, county, published_at, id) where state = 'published';
create index item_region on item (province, region, published_at, id) where state = 'published';
