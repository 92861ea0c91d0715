"""录入值: what people count and the hotline cannot, entered per unit and period with its source."""
