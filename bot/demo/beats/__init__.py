"""What happens on the stage, step by step: each beat is one function, its sentence stands under `demo.beat`."""
