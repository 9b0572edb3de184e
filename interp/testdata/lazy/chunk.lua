return app
