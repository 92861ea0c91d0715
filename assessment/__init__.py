"""How units are assessed: schemes, rates, rankings, periods. Reads the hotline only through ``dispatch.contract``."""
