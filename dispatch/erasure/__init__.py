"""删除个人信息 (PIPL art 47): asked by one person, decided by another; the chain of events stays whole."""
