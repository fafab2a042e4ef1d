-- +goose Up
-- Obligations are stated from what is published in a category; the nation's inbox and figures walk these.
create index item_category on item (province, agency, category, period, published_at, id) where state = 'published';
create index item_nation on item (published_at, id) where state = 'published';
create index version_open_all on item_version (saved_at, id) where state in ('draft', 'review', 'referred', 'approved');
create index version_owed_all on item_version (published_at, id) where review_owed;
