"""From *Share with X* to *we met*: consent, the greeters' card, deadlines, the first words, and what is asked after."""
