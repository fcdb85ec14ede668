-- What a notification told last is a run: what is new since comes of comparing the two.
ALTER TABLE notifications DROP COLUMN state;
