"""What a unit is worth in the plan: one text for every query that turns units into money."""

# Each series' selling price on a day: the customer's own, else the list price; series without one are absent.
PRICE_SQL = """
    select distinct on (s.id) s.id as series_id, p.price from demand_series s
    join sop_price p on p.product_id = s.product_id and p.valid_from <= %(on)s
         and (p.customer_id = s.customer_id or p.customer_id is null)
    order by s.id, p.customer_id nulls last, p.valid_from desc
"""
