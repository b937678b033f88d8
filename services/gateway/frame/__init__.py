"""What is around every page: who asks, forms that cannot be forged, rendering, errors. It knows no journey."""
