-- Run once, when the database volume is empty. Two roles: one owns and migrates, the other is what the application uses.
\set owner_password `cat /run/secrets/owner_password`
\set app_password `cat /run/secrets/app_password`

CREATE ROLE sop_owner LOGIN PASSWORD :'owner_password';
CREATE ROLE sop_app LOGIN PASSWORD :'app_password';
CREATE DATABASE sop OWNER sop_owner;
REVOKE ALL ON DATABASE sop FROM PUBLIC;
GRANT CONNECT ON DATABASE sop TO sop_app;
