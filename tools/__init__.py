"""What looks at programs and runs; nothing here is needed to train."""
